import { beforeAll, describe, expect, test } from 'vitest';
import { certificateFaults, coversHostname, domainFault, inspectCertificate } from './inspect-certificate.ts';
import { createAuthority, type IssuedCertificate, issueCertificate } from './issue-certificate.ts';

const now = new Date('2026-06-01T12:00:00Z');
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
let authority: IssuedCertificate;
let certificate: IssuedCertificate;

const issue = (alternativeNames: string[]) =>
  issueCertificate(authority, { commonName: 'api', alternativeNames, usages: ['server_auth'], days: 30, now });
const faults = (hostname: string, at = now, privateKeyPem = certificate.privateKeyPem) =>
  certificateFaults({ certificatePem: certificate.certificatePem, privateKeyPem, hostnames: [hostname], now: at });

beforeAll(async () => {
  authority = await createAuthority({ commonName: 'trial root', days: 3650, now });
  certificate = await issue(['*.pks.example.com', 'api.example.com', '10.1.2.3']);
});

describe('a certificate of a form', () => {
  test('that fits has no fault', () => {
    expect(faults('api.example.com')).toEqual([]);
    expect(faults('api.pks.example.com')).toEqual([]);
    expect(faults('10.1.2.3')).toEqual([]);
  });

  test('is refused with a key that is not its own', async () => {
    const other = await issue(['api.example.com']);
    expect(faults('api.example.com', now, other.privateKeyPem)).toEqual([
      'The private key does not belong to the certificate.',
    ]);
  });

  test('is refused with a key that is none', () => {
    expect(faults('api.example.com', now, 'nonsense')[0]).toMatch(/^This is not a private key in PEM form/);
  });

  test('is refused for a host name it is not valid for, and says what it is valid for', () => {
    expect(faults('api.other.com')).toEqual([
      'The certificate is not valid for api.other.com; it is valid for *.pks.example.com, api.example.com, 10.1.2.3.',
    ]);
  });

  test('with a wildcard covers one level only', () => {
    expect(faults('a.b.pks.example.com')).toHaveLength(1);
    expect(faults('pks.example.com')).toHaveLength(1);
  });

  test('is refused after its end and before its start, with the day', () => {
    expect(faults('api.example.com', days(31))).toEqual(['The certificate expired on 2026-07-01.']);
    expect(faults('api.example.com', days(-1))).toEqual(['The certificate is not valid before 2026-06-01.']);
  });

  test('that is no certificate is refused with one sentence', () => {
    const input = { certificatePem: 'nonsense', privateKeyPem: '', hostnames: ['a.b'], now };
    expect(certificateFaults(input)).toEqual([
      'This is not a certificate in PEM form; it must begin with -----BEGIN CERTIFICATE-----.',
    ]);
    const broken = { ...input, certificatePem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' };
    expect(certificateFaults(broken)).toHaveLength(1);
  });
});

test('what a certificate says is read for pages', () => {
  const view = inspectCertificate(certificate.certificatePem);
  expect(view).toMatchObject({ subject: 'CN=api', issuer: 'CN=trial root', isSelfSigned: false });
  expect(view.names).toEqual(['*.pks.example.com', 'api.example.com', '10.1.2.3']);
  expect(view.notAfter).toEqual(days(30));
  expect(inspectCertificate(authority.certificatePem).isSelfSigned).toBe(true);
});

test.each([
  [['*.example.com'], 'EXAMPLE.com', false],
  [['*.Example.com'], 'a.example.COM', true],
  [['*.2.3.4'], '1.2.3.4', false],
  [['*'], 'localhost', false],
  [['a.example.com'], 'a.example.com.', true],
])('names %j cover %s: %s', (names, hostname, expected) => {
  expect(coversHostname(names, hostname)).toBe(expected);
});

test.each(['*.com', 'a..b', '*', 'a.*.b', 'under_score.example.com', '-a.example.com'])('%s is no domain', (domain) => {
  expect(domainFault(domain)).not.toBeNull();
});

test.each(['*.pks.example.com', 'localhost', '10.0.0.1', 'fd00::1'])('%s is a domain', (domain) => {
  expect(domainFault(domain)).toBeNull();
});
