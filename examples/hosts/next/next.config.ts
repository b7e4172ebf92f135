import type { NextConfig } from 'next'

const config: NextConfig = {
  // PGlite loads files from its own folder, Postgres has optional parts, and of Yjs there must be one copy in a process.
  serverExternalPackages: ['@electric-sql/pglite', 'pg', 'yjs'],
}

export default config
