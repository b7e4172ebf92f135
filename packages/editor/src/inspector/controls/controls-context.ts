import { TenonError } from '@tenon/core/errors'
import { type ComponentType, createContext, useContext } from 'react'
import type { ControlComponents, ControlProps } from './control-props.ts'

/** Controls of the host by name; they come before ours. */
export const HostControlsContext = createContext<ControlComponents>(Object.freeze({}))

/** The controls of a form. Its rows take them from here, because some controls hold rows themselves. */
export interface FormControls {
  readonly byName: ControlComponents
  /** Shows every value; for names that nothing is known by. */
  readonly fallback: ComponentType<ControlProps>
}

export const ControlsContext = createContext<FormControls | null>(null)

/** Returns the control of this name, else the one that can show every value. */
export function useControl(name: string): ComponentType<ControlProps> {
  const controls = useContext(ControlsContext)
  if (controls === null) throw new TenonError('INTERNAL', 'A form needs a <ControlsContext.Provider>')
  return controls.byName[name] ?? controls.fallback
}
