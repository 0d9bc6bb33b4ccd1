#Requires -Version 7.2

<#
.SYNOPSIS
Builds the package and deploys it to both function apps: the one that changes users, then the one with the API.
.DESCRIPTION
Uploads the package as the signed-in person or pipeline, because the apps may only read their packages: code in an app could
otherwise replace itself, or the other app. Needs the Azure CLI (az login), Node.js with npm, the role Storage Blob Data
Contributor on the account of the packages, and an address in ALLOWED_RANGES. `azd up` runs it after each provisioning; to
deploy a new version without provisioning, run `azd hooks run postprovision`.
#>
param(
    [string] $ResourceGroup = $env:AZURE_RESOURCE_GROUP,
    # FUNCTION_APP_NAME of the deployment.
    [string] $FrontApp = $env:FUNCTION_APP_NAME,
    # WORKERS_APP_NAME of the deployment.
    [string] $WorkersApp = $env:WORKERS_APP_NAME,
    # PACKAGE_STORAGE_NAME of the deployment.
    [string] $PackageStorage = $env:PACKAGE_STORAGE_NAME,
    # How often an upload is tried, and the pause in between: new roles and network rules take effect after some minutes.
    [int] $Attempts = 20,
    [int] $PauseSeconds = 30
)
$ErrorActionPreference = 'Stop'

function Invoke-Program([string] $Name) {
    & $Name @args
    if ($LASTEXITCODE -ne 0) { throw "$Name $($args -join ' ') ended with exit code $LASTEXITCODE." }
}

$given = @{ ResourceGroup = $ResourceGroup; FrontApp = $FrontApp; WorkersApp = $WorkersApp; PackageStorage = $PackageStorage }
foreach ($name in $given.Keys | Sort-Object) {
    if (-not $given[$name]) { throw "There is no value for -$name. Run 'azd provision' first, or pass the names of the deployment." }
}

Push-Location (Split-Path $PSScriptRoot)
try {
    Invoke-Program npm ci
    Invoke-Program npm run package
    $package = Join-Path (Get-Location) 'dist/released-package.zip'
    Compress-Archive -Path 'dist/package/*' -DestinationPath $package -Force

    # The workers first: they read what both versions of the API write.
    foreach ($app in @{ Name = $WorkersApp; Container = 'workers' }, @{ Name = $FrontApp; Container = 'front' }) {
        for ($attempt = 1; ; $attempt++) {
            # The plan expects the package under this name.
            az storage blob upload --auth-mode login --account-name $PackageStorage --container-name $app.Container `
                --name released-package.zip --file $package --overwrite --only-show-errors --output none
            if ($LASTEXITCODE -eq 0) { break }
            if ($attempt -ge $Attempts) {
                throw ("The package could not be uploaded to $PackageStorage. Check that ALLOWED_RANGES contains your public address " +
                    "(azd env set ALLOWED_RANGES …; azd provision), and that you have the role Storage Blob Data Contributor.")
            }
            Write-Host "The upload was refused. New roles and network rules take some minutes, so it is tried again in $PauseSeconds s ($attempt of $Attempts)."
            Start-Sleep -Seconds $PauseSeconds
        }
        Invoke-Program az functionapp restart --resource-group $ResourceGroup --name $app.Name
        # Tells the platform which triggers there are, so that messages and timers start instances.
        Invoke-Program az resource invoke-action --action syncfunctiontriggers --resource-group $ResourceGroup `
            --name $app.Name --resource-type Microsoft.Web/sites --output none
        Write-Host "$($app.Name) runs the new package"
    }
}
finally { Pop-Location }
