import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Mail {
  from: string;
  to: string[];
  subject: string;
  /** Header lines, unfolded. */
  headers: string;
  /** All parts, without the quoting for transport. */
  body: string;
  /** It came over TLS. */
  secure: boolean;
}

export interface MailSink {
  port: number;
  /** What has arrived, oldest first. */
  mails: Mail[];
  /** Ends the server's process; its port is free again. */
  stop(): Promise<void>;
}

export interface MailSinkOptions {
  /** A free one by default. */
  port?: number;
  tls?: { key: string; cert: string };
  login?: { user: string; password: string };
}

/** Starts a mail server as a process of its own and collects what it gets. */
export async function startMailSink(options: MailSinkOptions = {}): Promise<MailSink> {
  const settings = { port: options.port ?? 0, tls: options.tls ?? null, login: options.login ?? null };
  const file = path.join(import.meta.dirname, 'smtp-server.ts');
  const child = spawn(process.execPath, [file, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const mails: Mail[] = [];
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('listening ')) resolve(Number(line.slice('listening '.length)));
      else mails.push(mailOf(JSON.parse(line)));
    });
    void exited.then(() => reject(new Error(`the mail server ended: ${complaint}`)));
  });
  return {
    port,
    mails,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function mailOf({ raw, ...envelope }: { from: string; to: string[]; raw: string; secure: boolean }): Mail {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers = head.replaceAll(/\r\n[ \t]+/g, ' ');
  const subject = (/^Subject: (.*)$/im.exec(headers)?.[1] ?? '')
    .replaceAll(/\?= =\?UTF-8\?Q\?/gi, '')
    .replaceAll(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, word: string) => unquoted(word.replaceAll('_', ' ')));
  return { ...envelope, headers, subject, body: unquoted(rest.join('\n\n').replaceAll(/=\r?\n/g, '')) };
}

/** Quoted-printable to text. */
function unquoted(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
