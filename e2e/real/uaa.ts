import { type RequestOptions, request } from 'node:https';
import { z } from 'zod';

const uaaPort = 8443;
const deadlineMs = 10_000;
const Token = z.object({ access_token: z.string(), scope: z.string() });
const User = z.object({ id: z.string() });

/** Where the UAA of the API VM answers, by name but without a resolver, and who is trusted to have signed its certificate. */
export interface UaaAddress {
  address: string;
  name: string;
  caPem: string;
}

/** What `uaac token client get` and `uaac user add` send. */
export class Uaa {
  readonly #where: UaaAddress;
  readonly #token: string;

  private constructor(where: UaaAddress, token: string) {
    this.#where = where;
    this.#token = token;
  }

  static async asClient(where: UaaAddress, client: { id: string; secret: string }): Promise<Uaa> {
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
    const answer = await send(where, '/oauth/token', 'grant_type=client_credentials', {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
    return new Uaa(where, Token.parse(answer).access_token);
  }

  /** Adds a user without any group; answers its id. */
  async addUser(user: { name: string; password: string }): Promise<string> {
    const body = JSON.stringify({
      userName: user.name,
      password: user.password,
      emails: [{ value: `${user.name}@tour.example` }],
    });
    const answer = await send(this.#where, '/Users', body, {
      authorization: `Bearer ${this.#token}`,
      'content-type': 'application/json',
    });
    return User.parse(answer).id;
  }
}

async function send(where: UaaAddress, path: string, body: string, headers: Record<string, string>): Promise<unknown> {
  const options: RequestOptions = {
    host: where.address,
    port: uaaPort,
    servername: where.name,
    ca: where.caPem,
    method: 'POST',
    path,
    headers: { ...headers, accept: 'application/json', host: `${where.name}:${uaaPort}` },
    signal: AbortSignal.timeout(deadlineMs),
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 300) reject(new Error(`UAA answered ${status} to ${path}: ${text}`));
        else resolve(JSON.parse(text));
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
