/** What a machine that runs tests in a container may say of itself, and a developer's machine does not. */
export const NOT_HOSTED = {
  CONTAINER_NAME: undefined,
  KUBERNETES_SERVICE_HOST: undefined,
  WEBSITE_INSTANCE_ID: undefined,
};
