/**
 * The providers, in the order in which their headers are looked for. Gitea comes before GitHub because
 * it sends both kinds of headers; compat mode knows the reference's three only.
 */
import type { Provider } from '../contract.ts';
import { azureDevops } from './azure-devops.ts';
import { bitbucket } from './bitbucket.ts';
import { bitbucketServer } from './bitbucket-server.ts';
import { genericProvider } from './generic.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

export function providers(compat: boolean): readonly Provider[] {
  if (compat) return [github, gitlab, azureDevops];
  return [gitea, github, gitlab, azureDevops, bitbucket, bitbucketServer, genericProvider()];
}
