import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { auditFilterOf } from './pages/audit/audit-filter.ts';
import { HomePage } from './pages/home/home-page.tsx';
import { NotFound } from './pages/not-found.tsx';
import { ProgressPage } from './pages/run/progress-page.tsx';
import { RunFrame } from './pages/run/run-frame.tsx';
import { SpecPage } from './pages/run/spec-page.tsx';
import { ofExperiment } from './parts/of-experiment.tsx';
import { ProblemNotice } from './parts/states.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <ProblemNotice error={error} />,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: ({ experiment }: { readonly experiment?: unknown }) => ofExperiment(experiment),
  component: HomePage,
});

const run = createRoute({ getParentRoute: () => root, path: '/runs/$run', component: RunFrame });
const progress = createRoute({ getParentRoute: () => run, path: '/', component: ProgressPage });
const spec = createRoute({ getParentRoute: () => run, path: '/spec', component: SpecPage });
const report = createRoute({
  getParentRoute: () => run,
  path: '/report',
  component: lazyRouteComponent(() => import('./pages/report/report-page.tsx'), 'ReportPage'),
});
const partition = createRoute({
  getParentRoute: () => run,
  path: '/partitions/$partition',
  component: lazyRouteComponent(
    () => import('./pages/partition/partition-page.tsx'),
    'PartitionPage',
  ),
});

const predict = createRoute({
  getParentRoute: () => run,
  path: '/predict',
  component: lazyRouteComponent(() => import('./pages/run/predict-page.tsx'), 'PredictPage'),
});

const builder = createRoute({
  getParentRoute: () => root,
  path: '/new',
  validateSearch: ({
    run: origin,
    view,
  }: {
    readonly run?: unknown;
    readonly view?: unknown;
  }): { readonly run?: string; readonly view?: 'canvas' } => ({
    ...(typeof origin === 'string' ? { run: origin } : {}),
    ...(view === 'canvas' ? { view } : {}),
  }),
  component: lazyRouteComponent(() => import('./pages/builder/builder-page.tsx'), 'BuilderPage'),
});
const model = createRoute({
  getParentRoute: () => root,
  path: '/models/$model',
  component: lazyRouteComponent(() => import('./pages/model/model-page.tsx'), 'ModelPage'),
});
const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: ({ a, b }: { readonly a?: unknown; readonly b?: unknown }) => ({
    a: String(a),
    b: String(b),
  }),
  component: lazyRouteComponent(() => import('./pages/compare/compare-page.tsx'), 'ComparePage'),
});
const inUse = createRoute({
  getParentRoute: () => root,
  path: '/in-use',
  component: lazyRouteComponent(() => import('./pages/in-use/in-use-page.tsx'), 'InUsePage'),
});
const data = createRoute({
  getParentRoute: () => root,
  path: '/data',
  validateSearch: ({ experiment }: { readonly experiment?: unknown }) => ofExperiment(experiment),
  component: lazyRouteComponent(() => import('./pages/data/data-page.tsx'), 'DataPage'),
});
const snapshot = createRoute({
  getParentRoute: () => root,
  path: '/data/$snapshot',
  component: lazyRouteComponent(() => import('./pages/data/snapshot-page.tsx'), 'SnapshotPage'),
});
const schedules = createRoute({
  getParentRoute: () => root,
  path: '/schedules',
  component: lazyRouteComponent(
    () => import('./pages/schedules/schedules-page.tsx'),
    'SchedulesPage',
  ),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: auditFilterOf,
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx'), 'AuditPage'),
});

const routeTree = root.addChildren([
  home,
  run.addChildren([progress, report, predict, spec, partition]),
  builder,
  model,
  compare,
  inUse,
  data,
  snapshot,
  schedules,
  settings,
  audit,
]);

export const router = createRouter({
  routeTree,
  defaultErrorComponent: ({ error }) => <ProblemNotice error={error} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
