import { contextUrl } from '../odata/page.ts';
import { BOTH_VERSIONS, ok, type Route, readCost } from './route.ts';

const permissions = ['Organization.Read.All', 'Directory.Read.All'];

/** `GET /organization` */
export const listOrganization: Route = {
  name: 'organization.list',
  method: 'GET',
  pattern: 'organization',
  versions: BOTH_VERSIONS,
  permissions,
  cost: readCost(1),
  answer: ({ tenant, location }) => {
    const organization = {
      id: tenant.outside.tenantId,
      displayName: 'Contoso',
      preferredLanguage: 'en',
      tenantType: 'AAD',
      verifiedDomains: [
        { name: 'contoso.onmicrosoft.com', isInitial: true, isDefault: false, type: 'Managed' },
        { name: 'contoso.com', isInitial: false, isDefault: true, type: 'Managed' },
      ],
    };
    return ok({ '@odata.context': contextUrl(location('organization')), value: [organization] });
  },
};

const PLANS = {
  p1: { skuPartNumber: 'AAD_PREMIUM', servicePlanId: '41781fb2-bc02-4b7c-bd55-b576c07bb09d' },
  p2: { skuPartNumber: 'AAD_PREMIUM_P2', servicePlanId: 'eec0eb4f-6444-4f95-aba0-50c24d67f998' },
};

/** `GET /subscribedSkus`: nothing without a licence. */
export const listSubscribedSkus: Route = {
  name: 'subscribedSkus.list',
  method: 'GET',
  pattern: 'subscribedSkus',
  versions: BOTH_VERSIONS,
  permissions,
  cost: readCost(3),
  answer: ({ tenant, location }) => {
    const { licence } = tenant.settings;
    const value = licence === 'none' ? [] : [subscribedSku(PLANS[licence], tenant.directory.size)];
    return ok({ '@odata.context': contextUrl(location('subscribedSkus')), value });
  },
};

function subscribedSku(plan: (typeof PLANS)['p1'], users: number): object {
  return {
    skuPartNumber: plan.skuPartNumber,
    capabilityStatus: 'Enabled',
    appliesTo: 'User',
    consumedUnits: users,
    prepaidUnits: { enabled: users, suspended: 0, warning: 0 },
    servicePlans: [
      {
        servicePlanId: plan.servicePlanId,
        servicePlanName: plan.skuPartNumber,
        provisioningStatus: 'Success',
        appliesTo: 'User',
      },
    ],
  };
}
