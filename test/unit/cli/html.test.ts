import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { page } from '../../../src/cli/html/page.ts';
import { generatedTemplates } from '../../../src/cli/html/precompile.ts';

const folder = resolve(import.meta.dirname, '../../../src/cli/html');

test('the checked-in templates are what `npm run generate:html` makes', () => {
  expect(readFileSync(join(folder, 'templates.generated.ts'), 'utf8')).toBe(generatedTemplates());
});

describe('the conformance page', () => {
  const cases = [
    { status: 'passed', name: 'list/a', about: 'fine' },
    {
      status: 'failed',
      name: 'list/b',
      about: '<script>alert(1)</script>',
      diff: 'x: expected "&", got "<"',
    },
    { status: 'skipped', name: 'list/c', about: 'later', reason: 'not built' },
  ];
  const html = page('conformance', {
    title: 'Compatibility',
    subtitle: 'appset',
    total: 3,
    passed: 1,
    failed: 1,
    skipped: 1,
    areas: [{ name: 'generation: list', total: 3, passed: 1, failed: 1, skipped: 1, cases }],
  });

  test('opens areas with differences and shows each', () => {
    expect(html).toContain('<details open>');
    expect(html).toContain('<pre>x: expected &quot;&amp;&quot;, got &quot;&lt;&quot;</pre>');
    expect(html).toContain('<div class="why">not built</div>');
  });

  test('escapes what it shows, and loads nothing', () => {
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script|<link|<img|url\(/);
  });
});
