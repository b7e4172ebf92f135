import type { ReactNode } from 'react'
import { enWebhooks } from '../messages/en/webhooks.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about webhooks, which are loaded with their parts, to the instance around. */
export function WebhookTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enWebhooks}>{children}</AddedTexts>
}
