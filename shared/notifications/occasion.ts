/** The occasion of a user mail: the user was enabled, or was enabled and is registered, or has not registered since. */
export type Occasion = 'enabled' | 'registered' | 'reminder';
