import { type ReactNode, useContext } from 'react'
import { callHost } from '../../instance/call-host.ts'
import { RunLinksContext } from '../store/run-links.ts'

interface OpenRunButtonProps {
  readonly runId: string
  readonly children: ReactNode
}

/** Button that opens a run on a page of the host; plain text if the host has no such page. */
export function OpenRunButton({ runId, children }: OpenRunButtonProps) {
  const { onOpenRun } = useContext(RunLinksContext)
  if (onOpenRun === null) return <span>{children}</span>
  return (
    <button type="button" className="tn-link" onClick={() => callHost(onOpenRun, runId)}>
      {children}
    </button>
  )
}
