import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { Desk } from './ui/desk.tsx'
import './ui/desk.css'

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Router base="/app">
        <Desk />
      </Router>
    </StrictMode>,
  )
}
