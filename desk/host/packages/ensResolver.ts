/** In place of ethers' resolver of names on a chain: the page asks for addresses only. */
export const EnsResolver = { fromName: (): Promise<null> => Promise.resolve(null) };
export const MulticoinProviderPlugin = undefined;
