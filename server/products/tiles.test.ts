import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allFields, formsOf } from '#model/form.ts';
import { StagedConfiguration } from '#model/product.ts';
import { NO_CHOICES } from '#model/property.ts';
import { fillDefaults } from './fill-defaults.ts';
import { loadTile, TILES_FOLDER } from './load-tile.ts';
import { resolveProperties } from './resolve-properties.ts';

const slugs = readdirSync(TILES_FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe.each(slugs)('tile %s', (slug) => {
  test('is named like its folder and has an icon and a description', async () => {
    const { metadata } = await loadTile(join(TILES_FOLDER, slug));
    expect(metadata.name).toBe(slug);
    expect(metadata.icon_image).toMatch(/^data:image\/svg\+xml;base64,/);
    expect(metadata.description).not.toBe('');
  });

  test('keeps its property names: existing om configurations go on working', async () => {
    const { metadata } = await loadTile(join(TILES_FOLDER, slug));
    const lines = formsOf(metadata).flatMap((form) => [
      `# ${form.name}: ${form.label}`,
      ...allFields(form).flatMap((field) => [
        `${field.reference} (${field.blueprint.type})`,
        ...field.columns.map((column) => `  ${column.reference} (${column.blueprint.type})`),
      ]),
    ]);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'fixtures', `${slug}.txt`));
  });

  test('gives every property a value or a blank, without a stray default', async () => {
    const { metadata } = await loadTile(join(TILES_FOLDER, slug));
    const configuration = fillDefaults(metadata, StagedConfiguration.parse({}), NO_CHOICES);
    const { properties } = resolveProperties(metadata, configuration);
    expect(Object.keys(properties)).toEqual(metadata.property_blueprints.map((blueprint) => blueprint.name));
    expect(JSON.stringify(properties)).not.toContain('"*"');
  });
});
