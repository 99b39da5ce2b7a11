import { SMTPServer } from 'smtp-server';
import { z } from 'zod';

/** A mail server as a process of its own. Prints `listening <port>`, then each mail as a line of JSON: envelope and raw message. */
const Options = z.object({
  port: z.number(),
  /** Offers STARTTLS with these; without them it speaks plain SMTP only. */
  tls: z.object({ key: z.string(), cert: z.string() }).nullable(),
  /** Log-in it insists on. */
  login: z.object({ user: z.string(), password: z.string() }).nullable(),
});
const { port, tls, login } = Options.parse(JSON.parse(process.argv[2] ?? '{}'));

const server = new SMTPServer({
  ...(tls ?? {}),
  disabledCommands: tls === null ? ['STARTTLS'] : [],
  authOptional: login === null,
  allowInsecureAuth: true,
  logger: false,
  disableReverseLookup: true,
  onAuth: (auth, _session, callback) => {
    const right = login !== null && auth.username === login.user && auth.password === login.password;
    if (right) callback(null, { user: login.user });
    else callback(new Error('Invalid user or password'));
  },
  onRcptTo: (address, _session, callback) => {
    if (address.address.startsWith('nobody@'))
      callback(Object.assign(new Error('No such user'), { responseCode: 550 }));
    else callback();
  },
  onData: (stream, session, callback) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
      const to = session.envelope.rcptTo.map((one) => one.address);
      const raw = Buffer.concat(chunks).toString('utf8');
      process.stdout.write(`${JSON.stringify({ from, to, raw, secure: session.secure })}\n`);
      callback(null, 'kept as 1');
    });
  },
});
server.on('error', (error: Error) => {
  process.stderr.write(`${error.message}\n`);
});
server.listen(port, '127.0.0.1', () => {
  const address = server.server.address();
  process.stdout.write(`listening ${typeof address === 'object' && address !== null ? address.port : port}\n`);
});
