import type { ReactNode } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

// The editor needs the dialogs only after a press of a button, and each of them shares code with the others.
const loadDialogs = () => import('./dialogs.ts')

interface LaterDialogProps {
  readonly title: string
  readonly onClose: () => void
  /** Renders the dialog once it is loaded. */
  readonly children: (dialogs: typeof import('./dialogs.ts')) => ReactNode
}

/** Open dialog that is loaded on first use; until then an open dialog of the same title, which can be closed. */
export function LaterDialog({ title, onClose, children }: LaterDialogProps) {
  const waiting = (trouble: ReactNode) => (
    <Dialog open onClose={onClose} title={title}>
      {trouble ?? <Skeleton lines={3} height={34} />}
    </Dialog>
  )
  return (
    <LaterPart load={loadDialogs} waiting={waiting}>
      {children}
    </LaterPart>
  )
}
