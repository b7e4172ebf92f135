import { type ReactNode, useContext } from 'react'
import { InstanceReactContext } from '../instance/instance-context.ts'
import { type InstanceProps, InstanceRoot } from './instance-root.tsx'

export interface OwnInstanceProps extends InstanceProps {
  readonly placeholder?: ReactNode
  readonly label?: string
  readonly children: ReactNode
}

/** Creates an instance around a separate component, with the texts of the editor; inside an instance, uses that one. */
export function OwnInstance({ children, ...props }: OwnInstanceProps): ReactNode {
  const outer = useContext(InstanceReactContext)
  return outer === null ? <InstanceRoot {...props}>{children}</InstanceRoot> : children
}
