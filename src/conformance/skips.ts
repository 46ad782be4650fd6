/**
 * Cases that are not run, each with the reason. The list is meant to stay short: what differs on
 * purpose is a documented decision (docs/compatibility.md).
 */
export const SKIPS: Readonly<Record<string, string>> = {};
