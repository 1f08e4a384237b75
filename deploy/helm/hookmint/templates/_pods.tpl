{{/* Why each of these is as it is stands in k8s/base of hookmint's repository, which a test compares with what the chart makes. */}}

{{- define "hookmint.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "hookmint.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}

{{/* (list $ "gateway" 8080) */}}
{{- define "hookmint.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "hookmint.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  selector:
    {{- include "hookmint.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ index . 2 }}
      targetPort: http
      protocol: TCP
{{- end -}}

{{- define "hookmint.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "hookmint.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "hookmint.selector" . | nindent 6 }}
{{- end -}}

{{/* What all Deployments have before their pods' containers. (list $ "gateway" .Values.gateway) */}}
{{- define "hookmint.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "hookmint.metadata" . | nindent 2 }}
  annotations:
    kube-score/ignore: container-image-pull-policy,deployment-has-host-podantiaffinity
spec:
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "hookmint.selector" . | nindent 6 }}
{{- end -}}

{{/* Labels and annotations of a pod. It reads the ConfigMap when it starts, so a change there makes new pods. (list $ "gateway" .Values.gateway) */}}
{{- define "hookmint.podMetadata" -}}
{{- $values := index . 2 -}}
labels:
  {{- include "hookmint.selector" . | nindent 2 }}
  app.kubernetes.io/part-of: hookmint
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  checksum/config: {{ include "hookmint.config" (index . 0) | sha256sum }}
  {{- with $values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* A pod but for its containers and volumes. (list $ "gateway" .Values.gateway) */}}
{{- define "hookmint.pod" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "hookmint.fullname" $root }}-{{ index . 1 }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Of two replicas no two on one node; of many, evenly over nodes and zones. (list $ "gateway") */}}
{{- define "hookmint.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: DoNotSchedule
    labelSelector:
      matchLabels:
        {{- include "hookmint.selector" . | nindent 8 }}
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "hookmint.selector" . | nindent 8 }}
{{- end -}}

{{/* What all containers have. (list $ "gateway" .Values.gateway) */}}
{{- define "hookmint.container" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
image: {{ include "hookmint.image" $root }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
args: [services/{{ index . 1 }}/main.ts]
resources:
  {{- toYaml (index . 2).resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* (list "http" "/healthz") */}}
{{- define "hookmint.probes" -}}
startupProbe:
  httpGet: { path: /readyz, port: {{ index . 0 }} }
  periodSeconds: 2
  failureThreshold: 45
livenessProbe:
  httpGet: { path: {{ index . 1 }}, port: {{ index . 0 }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: {{ index . 0 }} }
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
{{- end -}}

{{/* Ports of a container. (list $ "http" 8080) */}}
{{- define "hookmint.ports" -}}
ports:
  - name: {{ index . 1 }}
    containerPort: {{ index . 2 }}
    protocol: TCP
  {{- if (index . 0).Values.telemetry.podMonitor }}
  - name: metrics
    containerPort: 9464
    protocol: TCP
  {{- end }}
{{- end -}}

{{/* A variable that is a key of the ConfigMap. (list $ "NATS_URL" "nats-url") */}}
{{- define "hookmint.fromConfig" -}}
- name: {{ index . 1 }}
  valueFrom:
    configMapKeyRef: { name: {{ include "hookmint.fullname" (index . 0) }}, key: {{ index . 2 }} }
{{- end -}}

{{/* Variables that are last: of metrics, and those of `env`. (list $ .Values.gateway) */}}
{{- define "hookmint.moreEnv" -}}
{{- if (index . 0).Values.telemetry.podMonitor }}
- name: OTEL_METRICS_EXPORTER
  value: prometheus
- name: OTEL_EXPORTER_PROMETHEUS_HOST
  value: 0.0.0.0
- name: OTEL_EXPORTER_PROMETHEUS_PORT
  value: '9464'
{{- end }}
{{- range $name, $value := (index . 1).env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "hookmint.mounts" -}}
- name: secrets
  mountPath: /etc/hookmint/secrets
  readOnly: true
- name: ca
  mountPath: /etc/hookmint/ca
  readOnly: true
{{- end -}}

{{- define "hookmint.tmpMount" -}}
- name: tmp
  mountPath: /tmp
{{- end -}}

{{/* Secrets as files that are named as their settings. (list NAME-OF-SECRET (list "KEY" …)) */}}
{{- define "hookmint.secretFiles" -}}
- secret:
    name: {{ index . 0 }}
    items:
      {{- range index . 1 }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end -}}

{{/* (list $ NAME-OF-SECRET) */}}
{{- define "hookmint.mongodbFile" -}}
- secret:
    name: {{ index . 1 }}
    items:
      - { key: {{ (index . 0).Values.mongodb.secretKey | quote }}, path: MONGODB_URL }
{{- end -}}

{{/* Those of `secretSettings`. (.Values.gateway) */}}
{{- define "hookmint.moreSecretFiles" -}}
{{- range $name, $from := .secretSettings }}
- secret:
    name: {{ $from.secret | quote }}
    items:
      - { key: {{ $from.key | quote }}, path: {{ $name }} }
{{- end }}
{{- end -}}

{{- define "hookmint.caVolume" -}}
- name: ca
  configMap:
    name: {{ .Values.certificateAuthority | quote }}
{{- end -}}

{{- define "hookmint.tmpVolume" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- end -}}
