import { type Refusal, refusalFromAnswer } from '#components/live/refusal.ts';
import type { ProductFileReport } from '#model/product.ts';
import { CSRF_HEADER } from '#model/session.ts';

/** What became of an upload: imported, or waiting for a person to accept that nobody known signed it. */
export type UploadOutcome = { imported: boolean; upload: string; report: ProductFileReport };

export type Upload = { name: string; totalBytes: number; sentBytes: number; startedAt: number; abort: () => void };

/** Where product files go: the bare file as the body, its name in the address. */
const UPLOAD_URL = '/api/products';

/** Sends a product file with progress (fetch has none for uploads) and answers what the server found in it; rejects with a Refusal. */
export function sendProduct(
  file: File,
  csrf: string,
  onProgress: (sentBytes: number) => void,
): { done: Promise<UploadOutcome>; abort: () => void } {
  const request = new XMLHttpRequest();
  const done = new Promise<UploadOutcome>((resolve, reject: (refusal: Refusal) => void) => {
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      const answer: unknown = parse(request.responseText);
      // the route answers an outcome with 2xx and a problem otherwise
      if (request.status < 300) resolve(answer as UploadOutcome);
      else reject(refusalFromAnswer(answer));
    };
    request.onerror = () => reject(refusalFromAnswer(null));
    request.onabort = () =>
      reject({ message: 'Upload cancelled.', remedy: '', code: 'cancelled', fields: {}, id: null });
  });
  request.open('POST', `${UPLOAD_URL}?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader(CSRF_HEADER, csrf);
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.send(file);
  return { done, abort: () => request.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a proxy's own error page
    return null;
  }
}
