{{- define "appset-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "appset-operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "appset-operator.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* Names of objects without a namespace, of which two releases must not share one. */ -}}
{{- define "appset-operator.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "appset-operator.fullname" .) | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "appset-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "appset-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "appset-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "appset-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "appset-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "appset-operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "appset-operator.controlPlane" -}}
{{- default .Release.Namespace .Values.controlPlaneNamespace -}}
{{- end }}

{{- define "appset-operator.image" -}}
{{- with .Values.image -}}
{{- if not .repository -}}
{{- fail "image.repository is not set. No image is published yet: build one from the repository (docker build -t REGISTRY/appset-operator:VERSION .), push it, and say --set image.repository=REGISTRY/appset-operator" -}}
{{- end -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* Further namespaces as plain names, comma-separated; with rbac.scope=listed nothing else will do. */ -}}
{{- define "appset-operator.listedNamespaces" -}}
{{- $controlPlane := include "appset-operator.controlPlane" . -}}
{{- $names := list -}}
{{- range .Values.applicationSetNamespaces -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" .) -}}
{{- fail (printf "applicationSetNamespaces: %q is not the name of a namespace, and no Role can be made for a pattern. List the namespaces by name, or set rbac.scope=cluster, which lets the operator write Applications in all of them" .) -}}
{{- end -}}
{{- if ne . $controlPlane -}}
{{- $names = append $names . -}}
{{- end -}}
{{- end -}}
{{- $names | uniq | sortAlpha | join "," -}}
{{- end }}

{{- /* A setting as its flag; whole numbers must not come as 1e+06. */ -}}
{{- define "appset-operator.flag" -}}
{{- $value := .value -}}
{{- if kindIs "slice" $value -}}
{{- printf "--%s=%s" .name (join "," $value) -}}
{{- else if kindIs "float64" $value -}}
{{- printf "--%s=%d" .name (int64 $value) -}}
{{- else -}}
{{- printf "--%s=%v" .name $value -}}
{{- end -}}
{{- end }}

{{- /*
Whether a CRD is to be installed: "yes" or nothing. With auto, where the cluster has none, or this
release installed it. Where no cluster can be asked (helm template), nobody knows, and nothing is done.
*/ -}}
{{- define "appset-operator.installsCrd" -}}
{{- if eq .choice "always" -}}
yes
{{- else if eq .choice "auto" -}}
{{- if lookup "v1" "Namespace" "" "kube-system" -}}
{{- $live := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name -}}
{{- if not $live -}}
yes
{{- else -}}
{{- $notes := $live.metadata.annotations | default dict -}}
{{- if and (eq (index $notes "meta.helm.sh/release-name" | default "") .root.Release.Name) (eq (index $notes "meta.helm.sh/release-namespace" | default "") .root.Release.Namespace) -}}
yes
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
