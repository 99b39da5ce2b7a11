import { readDirector } from '#server/health/read-director.ts';
import { openConsole } from '#server/routers/console-holder.ts';

export const dynamic = 'force-dynamic';

/** For launchers and balancers: 200 when the console can serve; says whether a director is at work. */
export async function GET(): Promise<Response> {
  const { pool, streams, startedAt, config } = openConsole();
  // the launcher must not take another installation's console on the same port for its own
  const installation = config.installation.id;
  try {
    const director = await readDirector(pool);
    return Response.json({
      installation,
      console: 'up',
      database: 'up',
      director: director.state,
      directorSince: director.since,
      streams,
      startedAt,
    });
  } catch {
    // the database is what is asked about; the launcher's log says why it is away
    return Response.json(
      { installation, console: 'up', database: 'down', director: 'unknown', streams, startedAt },
      { status: 503 },
    );
  }
}
