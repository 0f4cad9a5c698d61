/** Components and hooks to deploy with Landfall from a product. Written by hand; a test pins what is here. */
export { type ClientOptions, createLandfallClient, errorReportOf } from "./client.ts";
export { createLiveStream, type LiveStream } from "./live.ts";
export {
  type Landfall,
  LandfallProvider,
  type LandfallProviderProps,
  liveKey,
  useConnectionState,
  useLandfall,
  useLiveChanges,
} from "./context.tsx";
export * from "./types.ts";
export { type FollowedDeployment, useDeployment } from "./hooks.ts";
export {
  PlatformConnector,
  type PlatformConnectorProps,
  type ConnectorState,
} from "./connections/platform-connector.tsx";
export { type ConnectorOptions, connectionsKey, useConnector } from "./connections/use-connector.ts";
export {
  DeploymentConfigForm,
  type DeploymentConfigFormProps,
  type ServiceOverrides,
} from "./forms/deployment-config-form.tsx";
export {
  EnvironmentVariableInput,
  type EnvironmentVariableInputProps,
  type NeededVariable,
  type VariableRow,
} from "./forms/environment-variable-input.tsx";
export { DeploymentProgress, type DeploymentProgressProps } from "./deployment/deployment-progress.tsx";
export { type StepView, stepsOf, withEvent } from "./deployment/steps.ts";
export { BuildLogViewer, type BuildLogViewerProps } from "./log/build-log-viewer.tsx";
export { createLogStore, type LogLine, type LogStore } from "./log/log-store.ts";
export { PostDeploymentChecklist, type PostDeploymentChecklistProps } from "./deployment/post-deployment-checklist.tsx";
export { DeploymentSuccessCard, type DeploymentSuccessCardProps } from "./deployment/deployment-success-card.tsx";
export {
  DeploymentHistory,
  type DeploymentHistoryProps,
  type HistoryFilter,
} from "./deployment/deployment-history.tsx";
export { dayOf, deploymentName, matches } from "./deployment/history.ts";
export { DeployButton, type DeployButtonProps, type DeploySource } from "./deploy-button.tsx";
export { Layer, Root, useLayerContainer } from "./parts/root.tsx";
export { Button, type ButtonProps, buttonClass } from "./parts/button.tsx";
export { kindWord } from "./forms/fields.ts";
export { Badge, StatusIndicator, stateWord, type Tone } from "./parts/status.tsx";
export { Duration, durationForSpeech, durationInWords, FixedNow, RelativeTime, useNow } from "./parts/time.tsx";
export { CopyButton, CopyField, useCopy } from "./parts/copy.tsx";
export { EmptyState, ErrorPanel, type ErrorPanelProps, Skeleton } from "./parts/panels.tsx";
export { Dialog, type DialogProps } from "./parts/dialog.tsx";
export { ConfirmDialog, type ConfirmDialogProps } from "./parts/confirm-dialog.tsx";
export { ConnectionIndicator, connectionInWords } from "./parts/connection-state.tsx";
export { Difference, type DifferenceProps, type DifferenceRow } from "./parts/difference.tsx";
export { QrCode, type QrCodeProps } from "./parts/qr-code.tsx";
export { type Announce, Announcer, useAnnounce } from "./parts/announcer.tsx";
export { KeyHint } from "./parts/key-hint.tsx";
export { NewTab, nameInNewTab } from "./parts/new-tab.tsx";
