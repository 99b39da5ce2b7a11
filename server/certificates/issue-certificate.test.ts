import { expect, test } from 'vitest';
import { inspectCertificate } from './inspect-certificate.ts';
import { createAuthority, issueCertificate } from './issue-certificate.ts';

const now = new Date('2026-06-01T12:00:00Z');
const after = (days: number) => new Date(now.getTime() + days * 86_400_000);

test.each([
  ['a day ahead: from the beginning of its authority', 1, new Date('2026-06-01T11:55:00Z')],
  ['a day behind: no earlier than its authority', -1, new Date('2026-06-01T11:55:00Z')],
  ['a year later: from 60 days before', 365, after(305)],
])('what is issued by a clock that is %s', async (_what, days, notBefore) => {
  const authority = await createAuthority({ commonName: 'root', days: 3650, now });
  const leaf = { commonName: 'api', alternativeNames: ['api'], usages: ['server_auth'], days: 730 } as const;
  const { certificatePem } = await issueCertificate(authority, { ...leaf, now: after(days) });
  expect(inspectCertificate(certificatePem).notBefore).toEqual(notBefore);
});
