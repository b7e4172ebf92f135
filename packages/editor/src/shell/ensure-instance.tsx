import { type ReactNode, useContext } from 'react'
import { InstanceReactContext } from '../instance/instance-context.ts'
import { type InstanceProps, InstanceRoot } from './instance-root.tsx'

interface EnsureInstanceProps extends InstanceProps {
  readonly placeholder?: ReactNode
  readonly label?: string
  readonly children: ReactNode
}

/** Makes an instance around a part that stands alone; inside one, the part joins it. */
export function EnsureInstance(props: EnsureInstanceProps): ReactNode {
  const outer = useContext(InstanceReactContext)
  return outer === null ? <InstanceRoot {...props} /> : props.children
}
