import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Posted {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpSink {
  url: string;
  port: number;
  /** Everything that was posted, refused or not, oldest first. */
  posted: Posted[];
  stop(): Promise<void>;
}

/** An HTTP server that keeps what is posted and answers as it is told; 202 by default. */
export async function startHttpSink(
  answer: (
    posted: Posted,
    count: number,
  ) => { status: number; headers?: Record<string, string>; body?: string } = () => ({
    status: 202,
  }),
  port = 0,
): Promise<HttpSink> {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      posted.push(one);
      const { status, headers = {}, body = 'kept' } = answer(one, posted.length);
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}/hook`,
    port: bound,
    posted,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
