import { type ComponentType, createContext, useContext } from 'react'
import type { ControlComponents, ControlProps } from './control-props.ts'
import { BUILT_IN_CONTROLS } from './controls/built-in-controls.ts'
import { JsonControl } from './controls/structure-controls.tsx'

/** The host's controls, which come before ours. */
export const ControlsContext = createContext<ControlComponents>({})

export function useControl(name: string): ComponentType<ControlProps> {
  const own = useContext(ControlsContext)
  return own[name] ?? BUILT_IN_CONTROLS[name] ?? JsonControl
}
