import type { ConnectionInfo, TenonClient } from '@tenon/core/client'
import { type ReactNode, useState } from 'react'
import { useInstance } from '../instance/instance-context.ts'
import { ConnectionTexts } from '../shell/connection-texts.tsx'
import { EnsureInstance } from '../shell/ensure-instance.tsx'
import type { InstanceProps } from '../shell/instance-root.tsx'
import { Button } from '../ui/button.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'

/** Props of the button that connects an account. */
export interface ConnectionButtonProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
  /** Connector of the service. @defaultValue the person chooses */
  readonly connector?: string
  /** Connection to change or to connect again. @defaultValue a new one */
  readonly connection?: ConnectionInfo
  /** Called with the connection when it is stored. */
  readonly onConnected?: (connection: ConnectionInfo) => void
  /** Label of the button. @defaultValue "New connection" */
  readonly children?: ReactNode
}

/** Button for a page of the host, with the dialog in which a person connects an account. */
export function ConnectionButton(props: ConnectionButtonProps) {
  const { client, connector, connection, onConnected, children, ...instance } = props
  return (
    <EnsureInstance {...instance}>
      <ConnectionTexts>
        <Connect {...{ client, connector, connection, onConnected, children }} />
      </ConnectionTexts>
    </EnsureInstance>
  )
}

type ConnectProps = {
  readonly [Name in 'client' | 'connector' | 'connection' | 'onConnected' | 'children']:
    | ConnectionButtonProps[Name]
    | (Name extends 'client' ? never : undefined)
}

function Connect({ client, connector, connection, onConnected, children }: ConnectProps) {
  const { t } = useInstance()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{children ?? t('connections.new')}</Button>
      {isOpen && (
        <ConnectionDialog
          client={client}
          connection={connection ?? null}
          connectorId={connector}
          onClose={() => setIsOpen(false)}
          onSaved={(saved) => {
            setIsOpen(false)
            onConnected?.(saved)
          }}
        />
      )}
    </>
  )
}
