import { createContext } from 'react'
import type { ControlComponents } from './control-props.ts'

/** The host's controls, which come before ours. */
export const ControlsContext = createContext<ControlComponents>({})
