import { type ReactNode, useContext } from 'react'
import { InstanceReactContext } from '../instance/instance-context.ts'
import { type InstanceProps, InstanceRoot } from './instance-root.tsx'

interface EnsureInstanceProps extends InstanceProps {
  readonly placeholder?: ReactNode
  readonly label?: string
  readonly children: ReactNode
}

/** Creates an instance around a separate part; inside an instance, the part uses that one. */
export function EnsureInstance(props: EnsureInstanceProps): ReactNode {
  const outer = useContext(InstanceReactContext)
  return outer === null ? <InstanceRoot {...props} /> : props.children
}
