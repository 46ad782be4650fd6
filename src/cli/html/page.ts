/** Self-contained HTML pages from the precompiled templates: no script, nothing loaded from elsewhere. */
import runtime from 'handlebars/runtime.js';
import { TEMPLATES } from './templates.generated.ts';

export type PageName = 'conformance' | 'plan' | 'render';

/** The part of the runtime that is used: its own typings describe the compiler. */
const { template } = runtime as unknown as { template(spec: unknown): (data: object) => string };

/** The page as text; values are escaped by the template. */
export function page(name: PageName, data: object): string {
  return template(TEMPLATES[name])(data);
}
