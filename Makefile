.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
IMAGE ?= training
IMAGES ?= api-server training
AS_ROOT = $(if $(filter-out 0,$(shell id -u)),sudo --preserve-env)
APPROVE ?= $(if $(CI),never,broadening)
CDK = PATH="$(CURDIR)/.venv-cdk/bin:$$PATH" node node_modules/aws-cdk/bin/cdk
# A benchmark adds its name here, its own target below, and a help line.
BENCHMARKS = features quality training inference parity reader ingest recovery refusals lake learning reasons policy gate
BENCH_FLAGS = $(if $(DATA),--data '$(DATA)') $(if $(SCALE),--scale '$(SCALE)')
# In single quotes, and an apostrophe in it for the shell to keep.
quoted = '$(subst ','\'',$(1))'
RUN_FLAGS = $(if $(EXIT),--exit) $(if $(DATA),--data $(call quoted,$(DATA))) $(if $(DATASET),--dataset $(call quoted,$(DATASET))) $(if $(MAP),--map $(call quoted,$(MAP))) $(if $(TIMEZONE),--timezone '$(TIMEZONE)') $(if $(PORT),--port $(PORT)) $(if $(HTTP_PORT),--http-port $(HTTP_PORT))
# A misspelt variable would be ignored: `make run DAT=mine.csv` would show the generated world.
RUN_TAKES = DATA DATASET MAP TIMEZONE EXIT PORT HTTP_PORT PYTHON
ifneq ($(filter run,$(MAKECMDGOALS)),)
given := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
$(if $(filter-out $(RUN_TAKES),$(given)),$(error `make run` knows no $(filter-out $(RUN_TAKES),$(given)); it takes $(RUN_TAKES)))
endif
# Compiled imports are kept even where the shell says otherwise: a run starts dozens of processes.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: picture help install synth run test test-python test-cdk test-slow test-plain image test-image lint pins sbom features bench $(BENCHMARKS:%=bench-%) story permissions dashboard mlflow-ui docs release test-release bootstrap deploy destroy restore clean currencies

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## make both environments (.venv and .venv-cdk), once per content of their requirements
	@$(PYTHON) -m toolchain.environments

synth: install ## the CloudFormation template, by the CDK command line, into cdk.out
	@$(PYTHON) -m toolchain.synthesis

run: synth ## everything on this machine: deploy, train, promote, serve on :8000 (EXIT=1, DATA=file, DATASET=dataset.toml, MAP=a=b, TIMEZONE, PORT, HTTP_PORT)
	@$(BIN)/greenfraud run $(RUN_FLAGS)

test: synth ## lint, types, import rules, every test but the slow ones, and what their walks used of what is granted
	@rm -rf .local/permissions
	@$(MAKE) --no-print-directory --jobs=2 lint test-cdk
	@$(MAKE) --no-print-directory test-python
	@$(MAKE) --no-print-directory permissions

test-python: ## every test outside the CDK's environment
	@$(BIN)/pytest tests -q -n 2 --dist loadgroup -m 'not slow' --durations=10

test-slow: synth ## the long walks: a new feature on a live system, replays that must fail or lag
	@$(PYTHON) -m toolchain.templates
	@$(BIN)/pytest tests -q -m slow

test-cdk: ## the tests of the template
	@.venv-cdk/bin/pytest tests/cdk -q

test-plain: ## `pip install -e . && pytest tests/` in an environment of its own; slow
	@rm -rf .local/plain && $(PYTHON) -m venv .local/plain && .local/plain/bin/pip install --quiet -e . && .local/plain/bin/pytest tests/ -q

image: ## build an image by Docker, podman or buildah (IMAGE=api-server, TORCH_BACKEND=cu130 for GPUs, BASE_IMAGE)
	@$(if $(BASE_IMAGE),BASE_IMAGE='$(BASE_IMAGE)') $(if $(TORCH_BACKEND),TORCH_BACKEND='$(TORCH_BACKEND)') docker/build.sh '$(IMAGE)'

test-image: install ## build images without an engine, then run them: requests, jobs, kills (IMAGES=api-server for one)
	@$(AS_ROOT) docker/build-without-engine.sh $(IMAGES)
	@$(AS_ROOT) env IMAGES="$(IMAGES)" PYTHONDONTWRITEBYTECODE=1 $(BIN)/pytest tests/image -q -p no:cacheprovider

lint: install ## ruff, mypy strict, import rules, cfn-lint over the templates of every setting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(PYTHON) -m toolchain.templates

pins: install ## renew the pinned, hashed requirements (PACKAGES='boto3 moto', or PACKAGES=--upgrade for all)
	@$(BIN)/python -m toolchain.pins $(PACKAGES)

sbom: install ## bills of materials (CycloneDX) of functions, images and environments, in .local/sbom
	@$(BIN)/python -m toolchain.sbom

features: install ## compile feature_repo into the manifest that everything else reads
	@$(BIN)/python -m toolchain.compile_features

currencies: install ## the digits of every currency, from the pinned list of ISO 4217, into the table that everything reads
	@$(BIN)/python -m toolchain.currencies

bench: $(BENCHMARKS:%=bench-%) ## every benchmark, each against its peers; results in .local/bench

bench-features: install ## the offline builder against pandas and numpy (DATA=handbook-format parquet, SCALE=0.1)
	@$(BIN)/python -m benchmarks.features $(BENCH_FLAGS)

bench-parity: install ## live features against the offline matrix, bit for bit (DATA, SCALE, ROWS=100000, DECLARED=columns.toml, DEPLOYED=1, LAG=seconds, SHIFT=1 must fail)
	@$(BIN)/python -m benchmarks.parity $(BENCH_FLAGS) $(if $(ROWS),--rows '$(ROWS)') $(if $(DECLARED),--declared '$(DECLARED)') $(if $(DEPLOYED),--deployed) $(if $(LAG),--lag-seconds '$(LAG)') $(if $(SHIFT),--shift-hop)

bench-reader: install ## CPU per call of the lean DynamoDB client and of boto3, over loopback
	@$(BIN)/python -m benchmarks.reader $(BENCH_FLAGS)

bench-ingest: install ## events from the stream into the online state against a stock push: rate, lag, requests, losses (SCALE=0.1)
	@$(BIN)/python -m benchmarks.ingest $(BENCH_FLAGS)

bench-recovery: install ## an emptied online store of 10,000 entities, rebuilt from the lake while payments go on (SCALE=0.1)
	@$(BIN)/python -m benchmarks.recovery $(BENCH_FLAGS)

bench-refusals: synth ## grants taken out of the template one at a time: each must be missed, in AWS's words (SEED=7, DRAWN=5)
	@$(BIN)/python -m benchmarks.refusals $(if $(SEED),--seed '$(SEED)') $(if $(DRAWN),--drawn '$(DRAWN)')

bench-lake: install ## how soon the features job begins after two years of small files, and of compacted days (SCALE=0.1)
	@$(BIN)/python -m benchmarks.lake $(BENCH_FLAGS)

bench-policy: install ## CPU of 20 rules and 10,000 list entries per score, beside compiled Python expressions (SCALE=0.2)
	@$(BIN)/python -m benchmarks.policy $(BENCH_FLAGS)

bench-quality: install ## average precision of every family beside XGBoost (DATA=file, MAP=a=b, TEST_WEEKS=2018-06-03, SPLIT=day, COLUMNS=a,b, SEEDS=3)
	@$(BIN)/python -c 'import xgboost' 2>/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --requirement requirements/benchmarks.txt
	@$(BIN)/python -m benchmarks.quality $(BENCH_FLAGS) $(if $(MAP),--map $(call quoted,$(MAP))) $(if $(TIMEZONE),--timezone '$(TIMEZONE)') $(if $(COLUMNS),--columns '$(COLUMNS)') $(if $(SPLIT),--split '$(SPLIT)') $(if $(TEST_WEEKS),--test-weeks '$(TEST_WEEKS)') $(if $(SEEDS),--seeds '$(SEEDS)')

bench-learning: install ## what blocking, late reports, drift and a bent prior do to learning, before and after (SCALE=0.1, ONLY=feedback)
	@$(BIN)/python -m benchmarks.learning $(BENCH_FLAGS) $(if $(ONLY),--only '$(ONLY)')

bench-gate: install ## how often the gate promotes whom it should not, and whom it should: 200 generated weeks each (QUICK=1, SCALE=0.5, ONLY=terminals)
	@$(BIN)/python -m benchmarks.gate $(BENCH_FLAGS) $(if $(QUICK),--quick) $(if $(ONLY),--only '$(ONLY)')

bench-training: install ## rows per second beside a DataLoader loop, and what incremental training loses and saves (DATA=file or folder)
	@$(BIN)/python -m benchmarks.training $(BENCH_FLAGS)

bench-inference: install ## one row through each family's ONNX file beside PyTorch, and how far apart they are (DATA, SCALE=0.1)
	@$(BIN)/python -m benchmarks.inference $(BENCH_FLAGS)

bench-reasons: install ## what groups of features add to the log odds, beside exact Shapley values and occlusion, per family (DATA, SCALE=0.1)
	@$(BIN)/python -m benchmarks.reasons $(BENCH_FLAGS)

story: synth ## drift, alarm, clean window, retraining, shadow, canary, promotion, rejection, rollback, by commands alone; half an hour (SEED=2)
	@$(BIN)/python -m benchmarks.story $(if $(SEED),--seed '$(SEED)')

permissions: install ## what each role is granted, and what the recorded walks used of it; fails on what nobody accepted
	@$(BIN)/python -m benchmarks.permissions

dashboard: install ## one page of plots from the last runs, in .local/dashboard.html
	@$(BIN)/greenfraud dashboard

mlflow-ui: install ## MLflow's pages over the last run, on 127.0.0.1:5000 (PORT=5001), while `make run` is up or after it
	@$(BIN)/greenfraud mlflow-ui $(if $(PORT),--port '$(PORT)')

picture: install ## the README's picture of the console, by Chromium, of the platform that `make run` keeps up
	@$(BIN)/python -m toolchain.site.picture

docs: synth ## the documentation as a site, offline, in .local/site/html; a reference made from the code, every link checked
	@$(BIN)/python -m toolchain.site

release: synth ## template, assets, images and bills of materials in one file with a digest, for a deployment that builds nothing
	@$(BIN)/python -m toolchain.release

test-release: ## the tests of what `make release` made: template, layers, images, a deployment of it to the embedded AWS
	@.venv-cdk/bin/pytest tests/cdk -q
	@$(BIN)/pytest tests/packaging tests/deploy -q

bootstrap: synth ## prepare an AWS account and region for deployments, once (POLICY=arn: all that CloudFormation may do)
	@$(CDK) bootstrap --app cdk.out $(if $(POLICY),--cloudformation-execution-policies '$(POLICY)')

deploy: synth ## send the template to the AWS account of your credentials (APPROVE=never asks nothing)
	@mkdir -p .local && $(CDK) deploy --all --app cdk.out --outputs-file .local/outputs.json --require-approval $(APPROVE)

destroy: synth ## take everything back but the data, and name what is kept
	@$(BIN)/python -m toolchain.kept && $(CDK) destroy --all --app cdk.out $(if $(FORCE),--force)

restore: synth ## bring kept data back into a new deployment
	@$(CDK) import GreenFraud-Data --app cdk.out --resource-mapping .local/kept.json

clean: ## forget what runs left behind: state, caches, synthesised template
	@rm -rf .local cdk.out logs
