/** @type {import('next').NextConfig} */
const config = {
  output: 'standalone',
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // Cannot be bundled (the workflow engine), or is better left whole (native bindings, worker threads).
  serverExternalPackages: ['@dbos-inc/dbos-sdk', 'pg', 'pino', 'drizzle-orm'],
  // The same build serves from every machine: a browser must find its chunks after a rolling restart.
  generateBuildId: () => process.env.TESSERA_BUILD_ID ?? 'development',
  poweredByHeader: false,
  images: { unoptimized: true },
  // `npm run check` runs the compiler as a step of its own; here it would only make the first start slower.
  typescript: { ignoreBuildErrors: true },
  // where Prometheus looks by default; the handler lies with the other routes
  rewrites: async () => [{ source: '/metrics', destination: '/api/metrics' }],
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
      ],
    },
  ],
};

export default config;
