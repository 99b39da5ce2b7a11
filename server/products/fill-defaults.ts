import { allFields, formsOf } from '#model/form.ts';
import { DIRECTOR_SLUG, type ProductMetadata, StagedConfiguration } from '#model/product.ts';
import type { Choices } from '#model/property.ts';
import { choicesOf } from './choices.ts';
import { defaultOf, type FormValues, readValue, withColumnDefaults, writeValues } from './form-values.ts';

/** Values a tile cannot know and the installation does, by reference: they go before the blueprint's defaults. */
export type Defaults = FormValues;

/** Defaults of the director tile: its network is that of this installation. */
export const directorDefaults = (subnet: { cidr: string; gateway: string }): Defaults => ({
  '.properties.networks': [{ name: 'default', cidr: subnet.cidr, gateway: subnet.gateway }],
});

/** The configuration with a value for every field that has none yet. Pure. */
export function fillDefaults(
  metadata: ProductMetadata,
  configuration: StagedConfiguration,
  choices: Choices,
  defaults: Defaults = {},
): StagedConfiguration {
  const offered = metadata.name === DIRECTOR_SLUG ? ownChoices(metadata, configuration, defaults) : choices;
  const values: FormValues = {};
  for (const field of formsOf(metadata).flatMap(allFields)) {
    if (readValue(configuration, field.reference) !== undefined) continue;
    const given = defaults[field.reference];
    if (Array.isArray(given) && field.blueprint.type === 'collection')
      values[field.reference] = given.map((record) => withColumnDefaults(field, record, offered));
    else values[field.reference] = given ?? defaultOf(field, offered);
  }
  return writeValues(configuration, values);
}

/** The director's own AZs and networks are what its forms choose from. */
function ownChoices(metadata: ProductMetadata, configuration: StagedConfiguration, defaults: Defaults): Choices {
  const own = StagedConfiguration.parse({});
  for (const name of ['availability_zones', 'networks', 'vm_types']) {
    const reference = `.properties.${name}`;
    const blueprint = metadata.property_blueprints.find((candidate) => candidate.name === name);
    own.properties[reference] = configuration.properties[reference] ?? defaults[reference] ?? blueprint?.default;
  }
  return choicesOf(own);
}
