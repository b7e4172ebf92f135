import { lazy, Suspense, useEffect, useState } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { Automation } from '../app.tsx'
import { type DemoFacts, forgetUser, loadFacts, openSession, rememberedUser, type Session } from './session.ts'
import { SignIn } from './sign-in.tsx'
import { TicketPage } from './ticket-page.tsx'
import { type Theme, useTheme } from './use-theme.ts'

// It loads when it is opened, so that the first script is smaller.
const WorkflowsPage = lazy(async () => ({ default: (await import('./workflows-page.tsx')).WorkflowsPage }))

const ACCOUNT_ID = 'desk-account'

const PAGES = [
  { path: '/', label: 'Tickets' },
  { path: '/automations', label: 'Automations' },
  { path: '/runs', label: 'Runs' },
  { path: '/approvals', label: 'Approvals' },
  { path: '/fixes', label: 'Fixes' },
  { path: '/connections', label: 'Connections' },
  { path: '/webhooks', label: 'Webhooks', role: 'admin' },
  { path: '/tables', label: 'Tables' },
]

/** Checks whether an address is a page or below it: `/runs/7` is below `/runs`, `/runs-of-old` is not. */
function isWithin(location: string, path: string): boolean {
  return location === path || (path !== '/' && location.startsWith(`${path}/`))
}

/** The support desk: who is signed in, the rail, and the page. */
export function Desk() {
  const [facts, setFacts] = useState<DemoFacts | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [session, setSession] = useState<Session | null>(null)
  const [theme, toggleTheme] = useTheme()
  useEffect(() => {
    loadFacts().then(
      (loaded) => {
        setFacts(loaded)
        const person = loaded.people.find((candidate) => candidate.userId === rememberedUser())
        if (person !== undefined) setSession(openSession(person))
      },
      (error: unknown) => setFailure(String(error)),
    )
  }, [])
  if (failure !== null)
    return (
      <p className="desk-failure" role="alert">
        The desk cannot be reached. Start it again with npm start. ({failure})
      </p>
    )
  if (facts === null) return <p className="desk-failure">Loading …</p>
  if (session === null) return <SignIn facts={facts} onPick={(person) => setSession(openSession(person))} />
  const signOut = () => {
    forgetUser()
    setSession(null)
  }
  return (
    <div className="desk">
      <Rail session={session} facts={facts} theme={theme} onToggleTheme={toggleTheme} onSignOut={signOut} />
      <main className="desk-page">
        <Pages session={session} theme={theme} key={session.person.userId} />
      </main>
    </div>
  )
}

function Pages({ session, theme }: { readonly session: Session; readonly theme: Theme }) {
  const [, navigate] = useLocation()
  const { client } = session
  const canEdit = session.person.role !== 'viewer'
  return (
    <Switch>
      <Route path="/">
        <TicketPage client={client} canRoute={canEdit} onOpenRun={(runId) => navigate(`/runs/${runId}`)} />
      </Route>
      <Route path="/automations">
        <Suspense fallback={<p className="desk-wait">Loading …</p>}>
          <WorkflowsPage
            client={client}
            theme={theme}
            canEdit={canEdit}
            onOpen={(id) => navigate(`/automations/${id}`)}
          />
        </Suspense>
      </Route>
      <Route>
        <Automation client={client} theme={theme} />
      </Route>
    </Switch>
  )
}

interface RailProps {
  readonly session: Session
  readonly facts: DemoFacts
  readonly theme: Theme
  readonly onToggleTheme: () => void
  readonly onSignOut: () => void
}

function Rail({ session, facts, theme, onToggleTheme, onSignOut }: RailProps) {
  const [location] = useLocation()
  const { person } = session
  return (
    <nav className="desk-rail" aria-label="Support desk">
      <strong className="desk-brand">Hearth</strong>
      <span className="desk-company">{person.company}</span>
      <div className="desk-links">
        {PAGES.filter(({ role = person.role }) => role === person.role).map(({ path, label }) => (
          <Link
            key={path}
            href={path}
            className="desk-link"
            aria-current={isWithin(location, path) ? 'page' : undefined}
          >
            {label}
          </Link>
        ))}
      </div>
      {/* On a phone the account is a popover of this button; on larger screens it is a part of the rail. */}
      <button
        type="button"
        className="desk-account"
        popoverTarget={ACCOUNT_ID}
        aria-label={`Account of ${person.displayName}`}
      >
        {initialsOf(person.displayName)}
      </button>
      <div id={ACCOUNT_ID} className="desk-foot" popover="auto">
        {facts.isDemoModel && (
          <span
            className="desk-note"
            title="Answers come from rules, not from a language model. Set OPENAI_API_KEY for a real one."
          >
            Demo model: rules, no AI
          </span>
        )}
        <span className="desk-note" title="It reads the texts of PDFs, no scans. textractReader() is the real one.">
          Documents: stand-in for Textract
        </span>
        <span className="desk-note">Engine: {facts.engine}</span>
        <button type="button" className="desk-quiet" onClick={onToggleTheme}>
          {theme === 'dark' ? 'Light theme' : 'Dark theme'}
        </button>
        <span className="desk-person">{person.displayName}</span>
        <span className="desk-note">{person.role}</span>
        <button type="button" className="desk-quiet" onClick={onSignOut}>
          Switch person
        </button>
      </div>
    </nav>
  )
}

function initialsOf(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('')
}
