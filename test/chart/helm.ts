/**
 * The real helm, with folders of its own, and the chart as tests use it. Values are given as JSON on
 * standard input, so that a test reads as what somebody would write into a values file.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/objects.ts';
import { ensureTool } from '../tools/tools.ts';

export const CHART = resolve(import.meta.dirname, '../../charts/appset-operator');

/** The least that is needed; merged below what a test gives. */
export const IMAGE = { image: { repository: 'registry.example.com/platform/appset-operator' } } as const;

export type Values = { readonly [key: string]: unknown };

export interface HelmResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Helm {
  run(args: readonly string[], values?: Values): Promise<HelmResult>;
  /** The objects `helm template` makes. Throws with what it says when it makes none. */
  objects(values?: Values, args?: readonly string[]): Promise<KubeObject[]>;
  remove(): void;
}

export async function useHelm(kubeconfig = '/nonexistent'): Promise<Helm> {
  const program = await ensureTool('helm', (line) => process.stderr.write(`${line}\n`));
  const home = mkdtempSync(join(tmpdir(), 'appset-helm-'));
  const run = (args: readonly string[], values?: Values) =>
    new Promise<HelmResult>((done, fail) => {
      const child = spawn(program, values === undefined ? args : [...args, '--values', '-'], {
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: home,
          HELM_CACHE_HOME: home,
          HELM_CONFIG_HOME: home,
          HELM_DATA_HOME: home,
          KUBECONFIG: kubeconfig,
        },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.once('error', fail);
      child.once('close', (code) => done({ code, stdout, stderr }));
      child.stdin.end(values === undefined ? '' : JSON.stringify(values));
    });
  return {
    run,
    objects: async (values = {}, args = []) => {
      const result = await run(['template', 'demo', CHART, '--namespace', 'argocd', ...args], {
        ...IMAGE,
        ...values,
      });
      if (result.code !== 0) throw new Error(result.stderr);
      return objectsOf(result.stdout);
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The objects of a stream of YAML documents. */
export function objectsOf(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

/** The one object of a kind (and name). */
export function only(objects: readonly KubeObject[], kind: string, name?: string): KubeObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new Error(`${found.length} objects are ${kind} ${name ?? ''}`);
  return one;
}
