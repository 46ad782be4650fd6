/** The YAML language server editors use, as a process spoken to over its standard streams (LSP 3). */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { environment, NODE, ROOT } from './cli.ts';

export interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

export class LanguageServer {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #told = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  #buffer = Buffer.alloc(0);
  #next = 1;

  constructor() {
    const program = join(ROOT, 'node_modules', 'yaml-language-server', 'bin', 'yaml-language-server');
    this.#child = spawn(NODE, [program, '--stdio'], {
      env: environment(),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  async start(): Promise<void> {
    const capabilities = {
      workspace: { configuration: true },
      textDocument: { publishDiagnostics: {}, completion: {}, hover: {} },
    };
    await this.ask('initialize', { processId: process.pid, rootUri: null, capabilities });
    this.#send({ method: 'initialized', params: {} });
  }

  /** Opens a document; what the server finds wrong with it. */
  open(uri: string, text: string): Promise<readonly Diagnostic[]> {
    const { promise, resolve } = Promise.withResolvers<readonly Diagnostic[]>();
    this.#told.set(uri, resolve);
    this.#send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    });
    return promise;
  }

  ask(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#answers.set(id, resolve);
    this.#send({ id, method, params });
    return promise;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.subarray(0, end).toString())?.[1]);
      if (end < 0 || this.#buffer.length < end + 4 + length) return;
      const body = this.#buffer.subarray(end + 4, end + 4 + length).toString();
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#take(JSON.parse(body) as Message);
    }
  }

  #take({ id, method, params, result }: Message): void {
    if (method === undefined && id !== undefined) this.#answers.get(id)?.(result);
    else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly Diagnostic[] };
      this.#told.get(uri)?.(diagnostics);
    } else if (method === 'workspace/configuration' && id !== undefined) {
      const { items } = params as { items: readonly { section?: string }[] };
      const yaml = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
      this.#send({ id, result: items.map(({ section }) => (section === 'yaml' ? yaml : {})) });
    } else if (id !== undefined) this.#send({ id, result: null });
  }
}
