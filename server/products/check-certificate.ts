import { certificateFaults, coversHostname, inspectCertificate } from '#server/certificates/inspect-certificate.ts';
import { TesseraError } from '#server/platform/error.ts';

/** Why a certificate does not serve `hostname` at `now` (ms), as a sentence with a remedy; null when it does. A wildcard covers one level only. */
export function certificateFault(pem: string, hostname: string, now: number): string | null {
  try {
    const { names, notAfter, notBefore } = inspectCertificate(pem);
    if (notAfter.getTime() <= now) return `the certificate expired on ${day(notAfter)}. Generate a new one.`;
    if (notBefore.getTime() > now)
      return `the certificate is not valid before ${day(notBefore)}. Use one that is valid now.`;
    if (hostname === '' || coversHostname(names, hostname)) return null;
    return `the certificate does not cover ${hostname}; it covers ${names.join(', ') || 'no name'}. Generate one for this name or change the host name.`;
  } catch (error) {
    if (error instanceof TesseraError && error.code === 'invalid_input') return error.message;
    throw error;
  }
}

/** Why a private key does not go with a certificate, as a sentence; null when it does. */
export function keyFault(certificatePem: string, privateKeyPem: string): string | null {
  // no host names and a moment inside any certificate's life: what is left are faults of the pair itself
  const { notBefore } = inspectCertificate(certificatePem);
  const [fault] = certificateFaults({ certificatePem, privateKeyPem, hostnames: [], now: notBefore });
  return fault ?? null;
}

const day = (at: Date): string => at.toISOString().slice(0, 10);
