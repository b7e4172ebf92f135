import type { TenonClient } from '@tenon/core/client'
import type { ReactNode } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

const loadForm = () => import('./extract-form.tsx')

/** Dialog that moves the selected nodes to a workflow of their own; it is loaded on first use. */
export function ExtractDialog({ client }: { readonly client: TenonClient }) {
  const t = useTranslate()
  const { store } = useSession()
  const isOpen = useEditorStore((state) => state.openPanel === 'extract')
  if (!isOpen) return null
  const onClose = () => store.setState({ openPanel: null })
  const waiting = (trouble: ReactNode) => (
    <Dialog open onClose={onClose} title={t('action.extract')}>
      {trouble ?? <Skeleton lines={3} height={34} />}
    </Dialog>
  )
  return (
    <LaterPart load={loadForm} waiting={waiting}>
      {({ ExtractForm }) => <ExtractForm client={client} onClose={onClose} />}
    </LaterPart>
  )
}
