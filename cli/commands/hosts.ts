import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { readHostLines } from '../host-lines.ts';
import { type HostLine, hostsBlock, withHostsBlock } from '../hosts-block.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const About = z.looseObject({ installation: z.string() });
const HOSTS_FILE = '/etc/hosts';

type HostsOptions = { write?: boolean; print?: boolean; remove?: boolean };

/** Names of the API and the clusters for this machine: one marked block in /etc/hosts, only when asked. */
export function addHosts(program: Command, context: TesseraContext): void {
  program
    .command('hosts')
    .description('Names of the API and the clusters in /etc/hosts of this machine')
    .option('--print', 'show the lines (the default)')
    .option('--write', 'write or renew the block')
    .option('--remove', 'remove the block')
    .action(async (options: HostsOptions) => {
      const client = consoleOf(context);
      const { installation } = await client.query('settings.about', About);
      if (options.remove) return change(installation, []);
      const lines = await readHostLines(client);
      if (options.write) return change(installation, lines);
      context.print.line(hostsBlock(installation, lines).trimEnd());
    });

  program
    .command('root-certificate')
    .description('Print the authority that signed the generated certificates (PEM), for pks login --ca-cert')
    .action(async () => {
      const pem = await consoleOf(context).query('settings.rootCertificate', z.string());
      context.print.line(pem.trimEnd());
    });

  function change(installation: string, lines: readonly HostLine[]): void {
    const file = context.environment.TESSERA_HOSTS_FILE || HOSTS_FILE;
    const before = readFileSync(file, 'utf8');
    const after = withHostsBlock(before, installation, lines);
    if (after !== before) write(file, after);
    for (const line of lines) context.print.line(`${line.name} -> ${line.address}`);
    if (lines.length === 0) context.print.line(`No names of this installation are in ${file}.`);
  }
}

function write(file: string, text: string): void {
  try {
    // in place: in containers /etc/hosts is a mount and cannot be replaced by a rename
    writeFileSync(file, text);
  } catch (cause) {
    throw new CliError(
      `${file} cannot be written (${cause instanceof Error ? cause.message : String(cause)}). Run this as root.`,
      { cause },
    );
  }
}
