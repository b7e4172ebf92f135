import type { NextConfig } from 'next'

const config: NextConfig = {
  // PGlite loads files from its own folder, Postgres has optional parts, and of Yjs there must be one copy in a process.
  serverExternalPackages: ['@electric-sql/pglite', 'pg', 'yjs'],
  // A cache for the next build takes time to write; keep it where builds share a folder.
  experimental: { turbopackFileSystemCacheForBuild: false },
}

export default config
