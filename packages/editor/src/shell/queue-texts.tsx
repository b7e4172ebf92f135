import type { ReactNode } from 'react'
import { enQueue } from '../messages/en/queue.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about limits, queued runs and pauses, which are loaded with their parts, to the instance around. */
export function QueueTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enQueue}>{children}</AddedTexts>
}
