import { z } from 'zod'

const memberSchema = z
  .strictObject({ userId: z.string(), displayName: z.string(), detail: z.string().exactOptional() })
  .meta({ id: 'Member' })

export const memberListSchema = z
  .strictObject({ items: z.array(memberSchema).readonly(), isAvailable: z.boolean() })
  .meta({ id: 'MemberList' })
