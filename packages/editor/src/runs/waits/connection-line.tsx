import type { NodeRunView, WaitView } from '@tenon/core/run'
import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { ConnectionDialog } from '../../connections/connection-dialog.tsx'
import { useTranslate } from '../../instance/instance-context.ts'
import { ConnectionTexts } from '../../shell/connection-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { calledName } from '../format/node-run-name.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { NodeRunLine } from '../viewer/node-run-line.tsx'

interface ConnectionLineProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  readonly waitFor: Extract<WaitView['waitFor'], { kind: 'connection' }>
  /** Number of further waits of the run. */
  readonly others: number
  readonly onSelectNode: (nodeId: string) => void
}

/** Line over the views of a run that waits until a connection is connected again, with a button for that. */
export function ConnectionLine(props: ConnectionLineProps) {
  return (
    <ConnectionTexts>
      <Line {...props} />
    </ConnectionTexts>
  )
}

function Line({ scope, nodeRun, waitFor, others, onSelectNode }: ConnectionLineProps) {
  const t = useTranslate()
  const { client, nodes } = scope
  const { connectionId, name: connectionName } = waitFor
  const [isOpen, setIsOpen] = useState(false)
  const load = useCallback(
    (abortSignal: AbortSignal) => client.connections.get(connectionId, { abortSignal }),
    [client, connectionId],
  )
  const connection = useResource(load)
  // Without a button for people who may not use the connection: the server does not say to them whether it exists.
  const isOver = connection.value?.status === 'needs_reauth'
  const name = calledName(nodes, nodeRun, t)
  // The log has no name of a private connection; its owner may read it.
  const shownName = connectionName ?? connection.value?.name ?? null
  const text =
    shownName === null
      ? t('connections.wait.private', { name, others })
      : t('connections.wait.line', { name, connection: shownName, others })
  return (
    <>
      <NodeRunLine
        {...{ scope, nodeRun, onSelectNode, text }}
        tone="waiting"
        icon="clock"
        action={t('runs.fault.show')}
      >
        {isOver && (
          <Button size="s" onClick={() => setIsOpen(true)}>
            {t('connections.again')}
          </Button>
        )}
      </NodeRunLine>
      {isOpen && isOver && (
        <ConnectionDialog
          client={client}
          connection={connection.value}
          onClose={() => setIsOpen(false)}
          onSaved={() => {
            setIsOpen(false)
            connection.reload()
          }}
        />
      )}
    </>
  )
}
