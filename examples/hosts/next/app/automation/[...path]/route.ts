import { toNext } from '@tenon/server/next'
import { host } from '../../../lib/automation'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = toNext(() => host().automation)
export const dynamic = 'force-dynamic'
