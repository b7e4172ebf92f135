import type { TenonClient } from '@tenon/core/client'
import { createContext } from 'react'

/** Reads people of the tenant, by a part of their name or by id. */
export type ListMembers = TenonClient['members']['list']

/** Function that reads people of the tenant; `null` in a controlled editor. */
export const MembersContext = createContext<ListMembers | null>(null)
