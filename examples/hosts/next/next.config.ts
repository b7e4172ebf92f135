import type { NextConfig } from 'next'

const config: NextConfig = {
  // PGlite loads files from its own folder, and Postgres has optional parts: both stay outside of the bundle.
  serverExternalPackages: ['@electric-sql/pglite', 'pg'],
}

export default config
