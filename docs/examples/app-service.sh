#!/usr/bin/env bash
# A web app on Azure App Service (Linux) whose database is kept in Blob Storage. Explained in docs/azure-app-service.md.
# Run it in the folder of your app, which must answer /health/live. Needs zip and the Azure CLI, logged in (`az login`),
# and the right to assign roles. Running it again deploys again and changes nothing else.
set -euo pipefail

group=${GROUP:-my-app}
location=${LOCATION:-westeurope}
app=${APP:?APP: a name that is unique in all of azurewebsites.net}
storage=${STORAGE:?STORAGE: 3 to 24 lower-case letters and digits, unique in all of Azure}
container=${CONTAINER:-database-backup}

az group create --name "$group" --location "$location" --output none

# Where the data are kept. Soft delete brings a deleted object back for a week.
az storage account create --resource-group "$group" --name "$storage" --location "$location" \
  --sku Standard_LRS --kind StorageV2 --min-tls-version TLS1_2 --allow-blob-public-access false --output none
az storage account blob-service-properties update --resource-group "$group" --account-name "$storage" \
  --enable-delete-retention true --delete-retention-days 7 --output none

# One instance: this is for apps that one instance can serve.
az appservice plan create --resource-group "$group" --name "$app-plan" --is-linux --sku B1 --number-of-workers 1 --output none
az webapp create --resource-group "$group" --plan "$app-plan" --name "$app" --runtime 'NODE:22-lts' --output none

# The app's own identity may read and write blobs of this account, so that no key is kept anywhere.
principal=$(az webapp identity assign --resource-group "$group" --name "$app" --query principalId --output tsv)
account=$(az storage account show --resource-group "$group" --name "$storage" --query id --output tsv)
az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal \
  --role 'Storage Blob Data Contributor' --scope "$account" --output none

az webapp config appsettings set --resource-group "$group" --name "$app" --output none --settings \
  AZURE_STORAGE_ACCOUNT="$storage" \
  AZURE_STORAGE_CONTAINER="$container" \
  WEBSITES_CONTAINER_START_TIME_LIMIT=600 \
  WEBSITES_CONTAINER_STOP_TIME_LIMIT=30 \
  PERSISTENCE_SHUTDOWN_TIMEOUT_MS=20000 \
  WEBSITE_DISABLE_OVERLAPPED_RECYCLING=1 \
  SCM_DO_BUILD_DURING_DEPLOYMENT=true
az webapp config set --resource-group "$group" --name "$app" --output none \
  --always-on true --startup-file 'node dist/main.js' --generic-configurations '{"healthCheckPath": "/health/live"}'

# The source, without what App Service makes anew (npm install and npm run build run there) and without a laptop's data.
package=$(mktemp -d)/app.zip
zip --quiet --recurse-paths "$package" . --exclude 'node_modules/*' 'dist/*' '.git/*' '.env*' 'data/*' '*.db' '*.db-wal' '*.db-shm'
az webapp deploy --resource-group "$group" --name "$app" --type zip --src-path "$package" --output none

# A new role may take ten minutes; until then starts end with STORE_DENIED, and App Service tries again.
echo "Deployed. Look at it: az webapp log tail -g $group -n $app; then https://$app.azurewebsites.net/health/live"
