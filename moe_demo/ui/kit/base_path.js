/**
 * Where the app stands on its server, with host: `https://host/demo/x`. This file was fetched from below it, so it
 * holds behind any base path and any proxy, also one that the server knows nothing of.
 */
export const BASE = import.meta.url.split("/_stcore/")[0];
