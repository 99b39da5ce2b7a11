import type { Tx } from '#db/transaction.ts';
import { allFields } from '#model/form.ts';
import type { Actor } from '#model/role.ts';
import { generateCertificate } from '#server/certificates/generate-certificate.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { configureForm } from './configure-form.ts';
import { readMetadataRow, readStaged } from './product-row.ts';
import { findForm } from './read-form.ts';

/**
 * The Generate button: makes a certificate for `domains` and saves it into the form at once, so that its key never reaches a browser.
 * Answers the form's new version and the certificate. Throws invalid_input (no such field, bad domain), stale_version.
 */
export async function generateFormCertificate(
  tx: Tx,
  vault: Vault,
  input: { guid: string; form: string; reference: string; domains: string[]; version?: number },
  actor: Actor,
): Promise<{ version: number; certificatePem: string }> {
  const product = await readStaged(tx, input.guid, { lock: true });
  const form = findForm(await readMetadataRow(tx, product.slug, product.productVersion), input.form);
  const field = allFields(form).find((candidate) => candidate.reference === input.reference);
  if (field?.blueprint.type !== 'rsa_cert_credentials') {
    throw new TesseraError('invalid_input', `The form ${form.label} has no certificate field ${input.reference}.`);
  }
  const made = await generateCertificate(tx, vault, input.domains);
  const values = { [input.reference]: { cert_pem: made.certificatePem, private_key_pem: made.privateKeyPem } };
  const { version } = await configureForm(
    tx,
    vault,
    { guid: input.guid, form: input.form, values, ...(input.version === undefined ? {} : { version: input.version }) },
    actor,
  );
  return { version, certificatePem: made.certificatePem };
}
